import { TemplateError, TemplateSyntaxError } from '../jinja/errors.ts'
import { blocks, render, type Template } from '../jinja/index.ts'
import { addConfigCall } from './config.ts'
import { type Data, isList, isObject } from './data.ts'
import { makeDraft, type NodeDraft, type Work } from './draft.ts'
import type { SourceFile } from './files.ts'
import { macroCalls } from './macro.ts'
import { flag, type Package } from './package.ts'
import { nearest } from './packages.ts'
import { ParseSubject } from './parse-subject.ts'
import { parsePython } from './python-model.ts'
import { isOverridden, renderParts } from './render-parts.ts'
import type { Session } from './session.ts'
import { literalCalls, staticParse } from './static.ts'
import { fileChecksum, join, seedChecksum, stem, strip } from './text.ts'

type NodeType = NodeDraft['resource_type']

/** Makes the nodes of a package's files, without what YAML says of them, and adds them to the session. */
export function parseSqlNodes(session: Session, of: Package): void {
  const { works, kept } = session
  for (const source of of.files.models)
    works.push(...(kept?.nodes('model', source) ?? [fileNode(session, of, source, 'model', source.relative)]))
  for (const source of of.files.snapshots)
    works.push(...(kept?.nodes('snapshot', source) ?? snapshots(session, of, source)))
  const isPlain = flag(session.packages.root, 'require_corrected_analysis_fqns', false)
  for (const source of of.files.analyses)
    works.push(
      ...(kept?.nodes('analysis', source) ?? [
        fileNode(session, of, source, 'analysis', join(isPlain ? '' : 'analysis', source.relative)),
      ]),
    )
  for (const source of of.files.singularTests)
    works.push(...(kept?.nodes('test', source) ?? [fileNode(session, of, source, 'test', source.relative)]))
  for (const source of of.files.seeds) works.push(seed(session, of, source))
  for (const source of of.files.functions) works.push(functionNode(session, of, source))
  works.push(...hooks(session, of))
}

function fileNode(session: Session, of: Package, source: SourceFile, type: NodeType, path: string): Work {
  const name = stem(source.relative)
  const work = makeWork(session, of, source, type, name, path, source.contents)
  work.draft.fqn = [of.name, ...folders(path), name]
  work.draft.checksum = checksumOf(session, source)
  if (source.file.endsWith('.py')) parsePython(session, work)
  else parseTemplate(session, work, 0, source.contents.length)
  return work
}

/** A user-defined function: its body is a template, whatever its language. */
function functionNode(session: Session, of: Package, source: SourceFile): Work {
  const name = stem(source.relative)
  const work = makeWork(session, of, source, 'function', name, source.relative, source.contents)
  work.draft.fqn = [of.name, ...folders(source.relative), name]
  work.draft.checksum = checksumOf(session, source)
  parseTemplate(session, work, 0, source.contents.length)
  return work
}

/** Adds what a template asks for, calls and configures to a node. */
export function parseTemplate(session: Session, work: Work, start: number, end: number): void {
  const { cache, sink } = session
  try {
    work.template = cache.template(work.source.contents, work.source.file, start, end)
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error
    sink.add(
      'jinja-syntax',
      'error',
      { file: work.source.file, offset: work.place.offset + error.offset },
      `this Jinja cannot be read: ${error.message}`,
      work.draft.unique_id,
    )
    return
  }
  if (work.draft.resource_type === 'model' && parseStatically(session, work, work.template)) return
  renderNode(session, work, work.template)
}

/** As dbt's static parser, which is what decides how `unrendered_config` is written. */
function parseStatically(session: Session, work: Work, template: Template): boolean {
  const parsed = isOverridden(session, work.package) ? undefined : staticParse(template)
  if (!parsed) return false
  const at = (offset: number) => ({ file: work.source.file, offset: work.place.offset + offset })
  for (const { value, offset } of parsed.refs) work.asked.push({ kind: 'ref', args: value, place: at(offset) })
  for (const { value, offset } of parsed.sources) work.asked.push({ kind: 'source', args: value, place: at(offset) })
  for (const [key, value] of parsed.configs) work.call = addConfigCall(work.call, { [key]: value })
  return true
}

/** Renders a template for what it does; its text is thrown away. */
export function renderNode(session: Session, work: Work, template: Template): void {
  const unknown = new Set<string>()
  try {
    if (!renderParts(session, work, template, unknown)) renderWhole(session, work, template, unknown)
  } catch (error) {
    if (!(error instanceof TemplateError || error instanceof TemplateSyntaxError)) throw error
    tellError(session, work, template, error)
    salvage(work, template)
  }
  tellUnknown(session, work, template, unknown)
}

function renderWhole(session: Session, work: Work, template: Template, unknown: Set<string>): void {
  const subject = new ParseSubject(work, session.runtime, session.cache, session.sink)
  try {
    session.runtime.with(subject, (scope) => render(template, scope, { undefined: 'chainable' }))
  } finally {
    for (const name of subject.unknownNames()) unknown.add(name)
  }
}

/** Says why a template cannot be rendered, at the node's own call. */
export function tellError(
  session: Session,
  work: Work,
  template: Template,
  error: TemplateError | TemplateSyntaxError,
): void {
  const offset =
    error instanceof TemplateSyntaxError
      ? error.offset
      : (error.trace.findLast((step) => step.template === template.name)?.offset ?? 0)
  const isOwn = error instanceof TemplateSyntaxError || error.template === template.name
  const where = isOwn ? '' : ` (in ${error.template})`
  const isRaised = error instanceof TemplateError && error.type === 'CompilationError'
  session.sink.add(
    'jinja-error',
    isRaised ? 'error' : 'warning',
    { file: work.source.file, offset: work.place.offset + offset },
    `this cannot be rendered: ${error.message}${where}`,
    work.draft.unique_id,
  )
}

/** Keeps the graph whole around a node that cannot be rendered: what it refs in so many words. */
function salvage(work: Work, template: Template): void {
  const known = new Set(work.asked.map((asked) => `${asked.place.offset}`))
  const { refs, sources } = literalCalls(template)
  const at = (offset: number) => ({ file: work.source.file, offset: work.place.offset + offset })
  for (const { value, offset } of refs)
    if (!known.has(`${work.place.offset + offset}`)) work.asked.push({ kind: 'ref', args: value, place: at(offset) })
  for (const { value, offset } of sources)
    if (!known.has(`${work.place.offset + offset}`)) work.asked.push({ kind: 'source', args: value, place: at(offset) })
}

/** Says which calls of a template are of macros that do not exist. */
export function tellUnknown(session: Session, work: Work, template: Template, unknown: ReadonlySet<string>): void {
  if (unknown.size === 0) return
  for (const { package: owner, name, offset, isDispatch } of macroCalls(template)) {
    const written = owner === null ? name : `${owner}.${name}`
    if (isDispatch || !(unknown.has(written) || (owner !== null && unknown.has(owner)))) continue
    const guess = nearest(name, session.runtime.macros.macroNames(), session.sink)
    const hint = guess === null || guess === name ? '' : `; did you mean '${guess}'?`
    session.sink.add(
      'unresolved-macro',
      'error',
      { file: work.source.file, offset: work.place.offset + offset },
      `there is no macro '${written}'${hint}`,
      work.draft.unique_id,
    )
  }
}

const SNAPSHOT = new Set(['snapshot'])

function snapshots(session: Session, of: Package, source: SourceFile): Work[] {
  try {
    return blocks(source.contents, SNAPSHOT).blocks.flatMap((block) => {
      if (block.name === null) return []
      const { contentsStart, contentsEnd } = block
      const work = makeWork(
        session,
        of,
        source,
        'snapshot',
        block.name,
        source.relative,
        source.contents.slice(contentsStart, contentsEnd),
      )
      work.draft.fqn = [of.name, ...folders(source.relative), stem(source.relative), block.name]
      work.draft.checksum = checksumOf(session, source)
      parseTemplate(session, work, contentsStart, contentsEnd)
      return [work]
    })
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error
    session.sink.add(
      'jinja-syntax',
      'error',
      { file: source.file, offset: error.offset + source.shift },
      `this Jinja cannot be read: ${error.message}`,
    )
    return []
  }
}

function seed(session: Session, of: Package, source: SourceFile): Work {
  const name = stem(source.relative)
  const work = makeWork(session, of, source, 'seed', name, source.relative, '')
  work.draft.fqn = [of.name, ...folders(source.relative), name]
  const hash = () => session.cache.derived('seed checksum', source.contents, () => seedChecksum(source.contents))
  work.draft.checksum = isLarge(session, source)
    ? {
        name: 'path',
        checksum: source.original,
        get content() {
          return hash()
        },
      }
    : {
        name: 'sha256',
        get checksum() {
          return hash()
        },
      }
  return work
}

/** Whether a seed is larger than what dbt hashes: 1 MiB, or what the project's flags say. https://docs.getdbt.com/reference/global-configs/about-global-configs */
function isLarge({ files, packages }: Session, { file }: SourceFile): boolean {
  const flags = packages.root.unrendered.flags
  const most = isObject(flags) ? flags.maximum_seed_size_mib : undefined
  const limit = (typeof most === 'number' ? most : 1) * 1024 * 1024
  const text = files.get(file) ?? ''
  return limit > 0 && text.length * 3 > limit && Buffer.byteLength(text) > limit
}

function hooks(session: Session, of: Package): Work[] {
  const file = join(of.folder, 'dbt_project.yml')
  return (['on-run-start', 'on-run-end'] as const).flatMap((key) => {
    const data: Data = of.unrendered[key] ?? []
    const list = isList(data) ? data : [data]
    const texts = list.filter((text) => typeof text === 'string')
    return texts.map((text, index) => {
      const name = `${of.name}-${key}-${index}`
      const shift = of.yaml?.itemOffset(list, index) ?? 0
      const source = { file, original: './dbt_project.yml', relative: 'dbt_project.yml', contents: text, shift }
      const work = makeWork(session, of, source, 'operation', name, `hooks/${name}.sql`, text)
      work.draft.fqn = [of.name, 'hooks', name]
      work.draft.tags = [key]
      work.draft.checksum = { name: 'sha256', checksum: fileChecksum(strip(session.files.get(file) ?? '')) }
      if (work.draft.resource_type === 'operation') work.draft.index = index
      parseTemplate(session, work, 0, text.length)
      return work
    })
  })
}

/** A node as its file alone makes it. */
export function makeWork(
  session: Session,
  of: Package,
  source: SourceFile,
  type: NodeType,
  name: string,
  path: string,
  code: string,
): Work {
  const { target } = session.packages
  const draft = makeDraft(type, {
    name,
    package_name: of.name,
    path,
    original_file_path: source.original,
    unique_id: `${type}.${of.name}.${name}`,
  })
  draft.raw_code = code
  draft.language = languageOf(source.file)
  draft.database = target.database
  draft.schema = target.schema
  return {
    draft,
    package: of,
    kind: type,
    source,
    template: null,
    place: { file: source.file, offset: source.shift },
    call: {},
    unrenderedCall: {},
    asked: [],
    macros: new Set(),
    patch: undefined,
    unrenderedPatch: undefined,
  }
}

function languageOf(file: string): string {
  if (file.endsWith('.py')) return 'python'
  return file.endsWith('.js') ? 'javascript' : 'sql'
}

/** The checksum of a file, worked out when it is asked for, and once for all that stands in it: a check of what did not change never asks. */
export function checksumOf(
  { cache }: Session,
  source: SourceFile,
): { readonly name: string; readonly checksum: string } {
  return {
    name: 'sha256',
    get checksum() {
      return cache.derived('checksum', source.contents, () => fileChecksum(source.contents))
    },
  }
}

export function folders(path: string): string[] {
  return path.split('/').slice(0, -1)
}
