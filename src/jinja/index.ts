/**
 * Jinja2 as dbt uses it: parse, render, scan for blocks. It knows nothing of dbt beyond its tags, and never runs JavaScript
 * that a template names. Follows https://jinja.palletsprojects.com/en/stable/templates/ (Jinja 3.1).
 */

export type * from './ast.ts'
export { getAttribute, getItem } from './attribute.ts'
export { type Block, type BlocksResult, blocks } from './blocks.ts'
export { callValue as call } from './call.ts'
export { NamedTuple, PythonSet } from './collections.ts'
export { contains, equal, sorted } from './compare.ts'
export { position, TemplateError, TemplateSyntaxError, type Trace } from './errors.ts'
export { iterate, length, PythonIterator, toList, truthy } from './iterate.ts'
export { type DumpOptions, dumpJson, fromJson, toJson } from './json.ts'
export { MacroReturn } from './macro.ts'
export { textOf, unmarked } from './marked.ts'
export { updateDict } from './methods/dict.ts'
export { parsePythonLiteral } from './python-literal.ts'
export type { NameScope } from './runtime.ts'
export {
  bindMacro,
  hasJinja,
  macroReturn,
  macros,
  type ParseOptions,
  parse,
  type RenderOptions,
  render,
  renderNative,
  scopes,
  Template,
} from './template.ts'
export { repr, str, typeName } from './text.ts'
export * from './value.ts'
export { children, walk } from './walk.ts'
