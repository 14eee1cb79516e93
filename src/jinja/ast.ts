import type { BinaryOperator, Value } from './value.ts'

/** Every node has its place in the source: UTF-16 units, `end` is past its last character. */
interface Place {
  readonly offset: number
  readonly end: number
}

export type Expression =
  | NameNode
  | ConstNode
  | TupleNode
  | ListNode
  | DictNode
  | AttributeNode
  | ItemNode
  | CallNode
  | FilterNode
  | TestNode
  | NotNode
  | NegateNode
  | BinaryNode
  | LogicNode
  | CompareNode
  | ConcatNode
  | ConditionalNode

export interface NameNode extends Place {
  readonly kind: 'name'
  readonly name: string
}
/** A literal: text (adjacent literals joined), number, true, false, none. */
export interface ConstNode extends Place {
  readonly kind: 'const'
  readonly value: Value
}
export interface TupleNode extends Place {
  readonly kind: 'tuple'
  readonly items: readonly Expression[]
}
export interface ListNode extends Place {
  readonly kind: 'list'
  readonly items: readonly Expression[]
}
export interface DictNode extends Place {
  readonly kind: 'dict'
  readonly pairs: readonly { readonly key: Expression; readonly value: Expression }[]
}
/** `object.name` */
export interface AttributeNode extends Place {
  readonly kind: 'attribute'
  readonly object: Expression
  readonly name: string
}
/** `object[key]` */
export interface ItemNode extends Place {
  readonly kind: 'item'
  readonly object: Expression
  readonly key: Expression | SliceNode
}
/** `start:stop:step` within `[]` */
export interface SliceNode extends Place {
  readonly kind: 'slice'
  readonly start: Expression | null
  readonly stop: Expression | null
  readonly step: Expression | null
}
/** What stands between the parentheses of a call, a filter or a test. */
export interface Arguments {
  readonly args: readonly Expression[]
  readonly kwargs: readonly KeywordNode[]
  /** `*rest` */
  readonly spread: Expression | null
  /** `**rest` */
  readonly kwSpread: Expression | null
}
export interface KeywordNode extends Place {
  readonly kind: 'keyword'
  readonly name: string
  readonly value: Expression
}
/** `callee(…)`. Its offset is the callee's. */
export interface CallNode extends Place, Arguments {
  readonly kind: 'call'
  readonly callee: Expression
}
/** `input | name(…)`; `input` is null in a filter block and in a block set, where it is the block's text. */
export interface FilterNode extends Place, Arguments {
  readonly kind: 'filter'
  readonly input: Expression | null
  readonly name: string
}
/** `input is name(…)` */
export interface TestNode extends Place, Arguments {
  readonly kind: 'test'
  readonly input: Expression
  readonly name: string
}
export interface NotNode extends Place {
  readonly kind: 'not'
  readonly operand: Expression
}
export interface NegateNode extends Place {
  readonly kind: 'negate'
  readonly operator: '-' | '+'
  readonly operand: Expression
}
export interface BinaryNode extends Place {
  readonly kind: 'binary'
  readonly operator: BinaryOperator
  readonly left: Expression
  readonly right: Expression
}
export interface LogicNode extends Place {
  readonly kind: 'logic'
  readonly operator: 'and' | 'or'
  readonly left: Expression
  readonly right: Expression
}
export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in'
/** `first op right op right …`, each pair compared, as Python does. */
export interface CompareNode extends Place {
  readonly kind: 'compare'
  readonly first: Expression
  readonly rest: readonly { readonly operator: Comparison; readonly right: Expression }[]
}
/** `a ~ b ~ c` */
export interface ConcatNode extends Place {
  readonly kind: 'concat'
  readonly parts: readonly Expression[]
}
/** `consequent if test else otherwise` */
export interface ConditionalNode extends Place {
  readonly kind: 'conditional'
  readonly test: Expression
  readonly consequent: Expression
  readonly otherwise: Expression | null
}

export type Statement =
  | OutputNode
  | IfNode
  | ForNode
  | SetNode
  | SetBlockNode
  | WithNode
  | MacroNode
  | CallBlockNode
  | FilterBlockNode
  | DoNode
  | LoopControlNode
  | BlockNode
  | UnsupportedNode

/** Template text, newlines as `\n`, whitespace control done. */
export interface TextNode extends Place {
  readonly kind: 'text'
  readonly text: string
}
/** A run of text and `{{ … }}` between two tags. */
export interface OutputNode extends Place {
  readonly kind: 'output'
  readonly parts: readonly (TextNode | Expression)[]
}
export interface IfNode extends Place {
  readonly kind: 'if'
  /** `if`, then each `elif`. */
  readonly branches: readonly { readonly test: Expression; readonly body: readonly Statement[] }[]
  readonly otherwise: readonly Statement[]
}
export interface ForNode extends Place {
  readonly kind: 'for'
  readonly target: Target
  readonly iterable: Expression
  readonly filter: Expression | null
  readonly recursive: boolean
  readonly body: readonly Statement[]
  readonly otherwise: readonly Statement[]
}
/** What can be assigned to: a name, `namespace.attribute`, or a tuple of them. */
export type Target = NameNode | NamespaceTargetNode | TargetTupleNode
export interface NamespaceTargetNode extends Place {
  readonly kind: 'namespace-target'
  readonly name: string
  readonly attribute: string
}
export interface TargetTupleNode extends Place {
  readonly kind: 'target-tuple'
  readonly items: readonly Target[]
}
export interface SetNode extends Place {
  readonly kind: 'set'
  readonly target: Target
  readonly value: Expression
}
export interface SetBlockNode extends Place {
  readonly kind: 'set-block'
  readonly target: Target
  readonly filter: FilterNode | null
  readonly body: readonly Statement[]
}
export interface WithNode extends Place {
  readonly kind: 'with'
  readonly targets: readonly { readonly target: Target; readonly value: Expression }[]
  readonly body: readonly Statement[]
}
export interface Parameter extends Place {
  readonly name: string
  readonly default: Expression | null
  /** dbt's type annotation (`name: string`), as it was written. */
  readonly type: string | null
}
/** `{% macro %}`, `{% test %}`, `{% data_test %}`, `{% materialization %}` or `{% docs %}`. */
export interface MacroNode extends Place {
  readonly kind: 'macro'
  readonly tag: MacroTag
  /** dbt's name: `test_<name>` for a test, `materialization_<name>_<adapter>` for a materialization. */
  readonly name: string
  /** The name as it was written, and its offset. */
  readonly writtenName: string
  readonly nameOffset: number
  /** A materialization's adapter (`default` when none is named), null for the others. */
  readonly adapter: string | null
  /** A materialization has one: `supported_languages`. */
  readonly parameters: readonly Parameter[]
  readonly body: readonly Statement[]
}
export type MacroTag = 'macro' | 'test' | 'data_test' | 'materialization' | 'docs'
export interface CallBlockNode extends Place {
  readonly kind: 'call-block'
  readonly parameters: readonly Parameter[]
  readonly call: CallNode
  readonly body: readonly Statement[]
}
export interface FilterBlockNode extends Place {
  readonly kind: 'filter-block'
  readonly filter: FilterNode
  readonly body: readonly Statement[]
}
export interface DoNode extends Place {
  readonly kind: 'do'
  readonly expression: Expression
}
export interface LoopControlNode extends Place {
  readonly kind: 'break' | 'continue'
}
/** `{% block name %}`: rendered where it stands, since dbt has no template inheritance. */
export interface BlockNode extends Place {
  readonly kind: 'block'
  readonly name: string
  readonly body: readonly Statement[]
}
/** A tag that needs a template loader or autoescaping, which dbt has not: an error when it is reached. */
export interface UnsupportedNode extends Place {
  readonly kind: 'unsupported'
  readonly tag: 'include' | 'import' | 'from' | 'extends' | 'autoescape'
  readonly expressions: readonly Expression[]
}

export type Node = Expression | SliceNode | KeywordNode | Statement | TextNode | NamespaceTargetNode | TargetTupleNode
