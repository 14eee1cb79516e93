import { artifactUrl, code, link } from './escape.ts'
import { grouped } from './grouped.ts'
import type { Place } from './place.ts'
import type { Section } from './section.ts'

/** The line that leads to `lineage.html`: one link where regions share a page, else one for each; empty when there is none. */
export function pageLink(twins: readonly Section[], { repository }: Place): string {
  const linked = twins.flatMap((section) => {
    const url = artifactUrl(repository, section.run, section.page)
    return url === null ? [] : [{ section, url }]
  })
  const pages = [...grouped(linked, (it) => it.url)]
  const [[only] = []] = pages
  if (only === undefined) return ''
  const told = 'every model and column, with its SQL before and after'
  if (pages.length === 1) return `${link('**Interactive lineage**', only)} · ${told}`
  const links = pages.map(([url, of]) => of.map(({ section }) => link(code(section.region), url)).join(' '))
  return `**Interactive lineage** ${links.join(' ')} · ${told}`
}
