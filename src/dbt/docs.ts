import { TemplateError, TemplateSyntaxError } from '../jinja/errors.ts'
import { blocks, type NameScope, render, type Value } from '../jinja/index.ts'
import type { Documentation } from './manifest.ts'
import type { Package } from './package.ts'
import { YamlSubject, yamlScope } from './properties.ts'
import type { Session } from './session.ts'
import type { Place } from './sink.ts'
import { strip } from './text.ts'

const DOCS = new Set(['docs'])

/** The docs blocks of a package's Markdown files: https://docs.getdbt.com/docs/build/documentation#using-docs-blocks */
export function readDocs(session: Session, of: Package): Documentation[] {
  return of.files.docs.flatMap((source) => {
    if (!source.contents.includes('{%')) return []
    try {
      return blocks(source.contents, DOCS).blocks.flatMap((block) => {
        if (block.name === null) return []
        const text = source.contents.slice(block.contentsStart, block.contentsEnd)
        return [
          {
            resource_type: 'doc' as const,
            name: block.name,
            package_name: of.name,
            path: source.relative,
            original_file_path: source.original,
            unique_id: `doc.${of.name}.${block.name}`,
            block_contents: strip(
              /[{}]/.test(text)
                ? rendered(session, source.contents, source.file, block.contentsStart, block.contentsEnd)
                : text,
            ),
          },
        ]
      })
    } catch (error) {
      if (!(error instanceof TemplateSyntaxError || error instanceof TemplateError)) throw error
      session.sink.add(
        'jinja-syntax',
        'error',
        { file: source.file, offset: source.shift + error.offset },
        `this docs block cannot be read: ${error.message}`,
      )
      return []
    }
  })
}

function rendered(session: Session, text: string, name: string, start: number, end: number): string {
  return render(session.cache.template(text, name, start, end), new Map())
}

/** Renders descriptions, which may name docs blocks. */
export class Descriptions {
  readonly #session: Session
  readonly #docs = new Map<string, Documentation[]>()

  constructor(session: Session, docs: Iterable<Documentation>) {
    this.#session = session
    for (const doc of docs) {
      const known = this.#docs.get(doc.name)
      if (known) known.push(doc)
      else this.#docs.set(doc.name, [doc])
    }
  }

  /** A description as it reads, and the docs blocks that it names. */
  of(description: string, packageName: string, place: Place): { description: string; doc_blocks: string[] } {
    if (!/\{[{%#]|[#}%]\}/.test(description)) return { description, doc_blocks: [] }
    const { cache, runtime, packages, sink } = this.#session
    const of = packages.byName.get(packageName) ?? packages.root
    try {
      const template = cache.template(description, 'description')
      const named: string[] = []
      for (const statement of template.body) {
        if (statement.kind !== 'output') continue
        for (const part of statement.parts) {
          if (part.kind !== 'call' || part.callee.kind !== 'name' || part.callee.name !== 'doc') continue
          const args = part.args.flatMap((arg) =>
            arg.kind === 'const' && typeof arg.value === 'string' ? [arg.value] : [],
          )
          const doc = this.#find(args, packageName)
          if (doc) named.push(doc.unique_id)
        }
      }
      const base = yamlScope(runtime, of)
      const scope: NameScope = {
        get: (name) => (name === 'doc' ? (args) => this.#doc(args, packageName, place) : base.get(name)),
      }
      const text = runtime.with(new YamlSubject(of, place, this.#session), () => render(template, scope))
      return { description: text, doc_blocks: named }
    } catch (error) {
      if (!(error instanceof TemplateError || error instanceof TemplateSyntaxError)) throw error
      sink.add('invalid-properties', 'error', place, `the description cannot be rendered: ${error.message}`)
      return { description, doc_blocks: [] }
    }
  }

  #doc(args: readonly Value[], packageName: string, place: Place): Value {
    const names = args.filter((arg) => typeof arg === 'string')
    const doc = this.#find(names, packageName)
    if (doc) return doc.block_contents
    this.#session.sink.add(
      'invalid-properties',
      'error',
      place,
      `there is no docs block '${names.join('.')}'; write one in a Markdown file: {% docs ${names.at(-1)} %}…{% enddocs %}`,
    )
    return ''
  }

  #find(args: readonly string[], packageName: string): Documentation | undefined {
    const name = args.at(-1)
    const all = name === undefined ? [] : (this.#docs.get(name) ?? [])
    if (args.length === 2) return all.find((doc) => doc.package_name === args[0])
    const { root } = this.#session.packages
    return (
      all.find((doc) => doc.package_name === root.name) ?? all.find((doc) => doc.package_name === packageName) ?? all[0]
    )
  }
}
