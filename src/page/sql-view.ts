import { visible } from '../report/escape.ts'
import type { BeforeAfter, PageSql } from '../report/html/page-data.ts'
import { compareLines, type DiffLine } from './diff.ts'
import { h } from './dom.ts'
import { highlighted, type Span, withMarks } from './highlight.ts'

/** Lines around what differs that are shown; what is between is folded. */
const AROUND = 4

const forms = [
  ['raw', 'Source'],
  ['compiled', 'Compiled'],
  ['incremental', 'Compiled, incremental run'],
] as const

/** A node's SQL, before and after, in the forms that there are. */
export function sqlView(sql: PageSql): HTMLElement {
  const body = h('div', { class: 'sql' })
  const there = forms.filter(([form]) => sql[form] !== null)
  const buttons = there.map(([form, label]) =>
    h('button', { type: 'button', 'aria-pressed': 'false', click: () => show(form) }, label),
  )
  function show(form: (typeof forms)[number][0]) {
    const texts = sql[form]
    if (texts !== null) body.replaceChildren(textsView(texts))
    buttons.forEach((button, index) => {
      button.setAttribute('aria-pressed', String(there[index]?.[0] === form))
    })
  }
  // Where the source is the same, what differs is what macros and variables make of it.
  const isSame = sql.raw.before === undefined && sql.compiled !== null && sql.compiled.before !== undefined
  show(isSame ? 'compiled' : 'raw')
  return h(
    'div',
    {},
    buttons.length > 1 && h('div', { class: 'segments', role: 'group', 'aria-label': 'Form of the SQL' }, ...buttons),
    sql.note !== null && h('p', { class: 'quiet' }, `Compiled SQL is not known: ${visible(sql.note)}.`),
    body,
  )
}

function textsView({ before, after }: BeforeAfter): HTMLElement {
  if (before === undefined) return table(numbered(after ?? ''), after ?? '', after ?? '')
  return table(compareLines(before ?? '', after ?? ''), before ?? '', after ?? '')
}

function numbered(text: string): DiffLine[] {
  const lines = text.replace(/\n$/, '').split(/\r?\n/)
  return lines.map((line, index) => ({ kind: 'same', before: index + 1, after: index + 1, text: line, marks: [] }))
}

const signs = { same: ' ', removed: '−', added: '+' } as const
const spokenSigns = { same: null, removed: 'removed: ', added: 'added: ' } as const

function table(lines: readonly DiffLine[], before: string, after: string): HTMLElement {
  const [old, now] = [highlighted(before), highlighted(after)]
  const differs = lines.some((line) => line.kind !== 'same')
  const body = h('tbody')
  const row = (line: DiffLine) => {
    const spans = (line.kind === 'removed' ? old[(line.before ?? 1) - 1] : now[(line.after ?? 1) - 1]) ?? []
    return h(
      'tr',
      { class: line.kind },
      differs && h('td', { class: 'at' }, line.kind === 'added' ? '' : String(line.before)),
      h('td', { class: 'at' }, line.kind === 'removed' ? '' : String(line.after)),
      h('td', { class: 'sign', 'aria-hidden': 'true' }, signs[line.kind]),
      h(
        'td',
        {},
        spokenSigns[line.kind] && h('span', { class: 'unseen' }, spokenSigns[line.kind]),
        ...codeOf(spans, line),
      ),
    )
  }
  for (const part of folded(lines, differs)) {
    if (part.isShown) body.append(...part.lines.map(row))
    else {
      const unfold = () => fold.replaceWith(...part.lines.map(row))
      const label = `${part.lines.length} unchanged lines`
      const fold = h(
        'tr',
        { class: 'fold' },
        h('td', { colspan: 4 }, h('button', { type: 'button', click: unfold }, label)),
      )
      body.append(fold)
    }
  }
  return h('table', { class: differs ? 'code diff' : 'code' }, body)
}

function codeOf(spans: readonly Span[], { marks }: DiffLine): HTMLElement[] {
  return withMarks(spans, marks).map(({ text, kind, marked }) =>
    h(marked ? 'mark' : 'span', { class: kind }, text.split('\t').map(visible).join('\t')),
  )
}

interface Part {
  readonly lines: readonly DiffLine[]
  readonly isShown: boolean
}

function folded(lines: readonly DiffLine[], differs: boolean): Part[] {
  if (!differs) return [{ lines, isShown: true }]
  const near = lines.map((_, at) =>
    lines.slice(Math.max(0, at - AROUND), at + AROUND + 1).some((line) => line.kind !== 'same'),
  )
  const parts: { lines: DiffLine[]; isShown: boolean }[] = []
  lines.forEach((line, at) => {
    const isShown = near[at] === true
    const last = parts.at(-1)
    if (last?.isShown === isShown) last.lines.push(line)
    else parts.push({ lines: [line], isShown })
  })
  return parts.map((part) => (part.lines.length < 3 ? { ...part, isShown: true } : part))
}
