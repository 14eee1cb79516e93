import { code, commitUrl, link, plain, runUrl } from './escape.ts'
import type { Place } from './place.ts'
import type { LeftPending, Report } from './report.ts'
import type { Section } from './section.ts'
import { counted, thousands } from './words.ts'

/** The report with what is known of each region's last deploy, by the region's name. */
export function withLeftPending(report: Report, left: ReadonlyMap<string, LeftPending | null>): Report {
  const regions = report.regions.map((it) => ({ ...it, leftPending: left.get(it.name) ?? it.leftPending }))
  return { ...report, regions }
}

/** What earlier deploys left behind, one paragraph a region, as GitHub's Markdown. */
export function leftPendingList(sections: readonly Section[], { repository }: Place): string {
  return sections
    .flatMap(({ region, leftPending }) => {
      if (leftPending === null) return []
      const { commit, run, names } = leftPending
      const at = link(code(commit.slice(0, 7)), commitUrl(repository, commit))
      const log = runUrl(repository, run)
      return [
        `⏳ **${code(region)}**: ${said(
          leftPending,
          at,
          log,
          names.map((it) => code(it)),
        )}`,
      ]
    })
    .join('\n\n')
}

/** The same on one line, for a terminal or a log; no name stands at its beginning. */
export function leftPendingText(left: LeftPending): string {
  const names = left.names.map((it) => plain(it))
  return `  left behind: ${said(left, plain(left.commit.slice(0, 7)), null, names)}`
}

function said({ deploy, count, names }: LeftPending, commit: string, log: string | null, shown: string[]): string {
  const how = link(deploy === 'failed' ? 'failed' : `was ${deploy}`, log)
  const most = deploy === 'cut short' ? 'up to ' : ''
  const more = count - names.length
  const list = [...shown, ...(more > 0 && shown.length > 0 ? [`and ${thousands(more)} more`] : [])].join(', ')
  const which = list === '' ? '.' : `: ${list}.`
  return `the deploy of ${commit} ${how} and left ${most}${counted(count, 'node')} pending, which the next deploy runs too${which}`
}
