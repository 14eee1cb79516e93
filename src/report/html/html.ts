import { fittingData } from './fit.ts'
import type { PageData } from './page-data.ts'

/** Where a page without data has its place for it: scripts/page.mjs makes such pages. */
export const dataPlace = '"the data"'

/**
 * The page with its data, as one HTML file that needs nothing else. Throws when `page` has no place for data.
 * No text can end the element that the data is in, for JSON needs no `<`: https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements
 */
export function lineageHtml(page: string, data: PageData): string {
  const at = page.indexOf(dataPlace)
  if (at < 0) throw new Error('the page has no place for its data')
  const json = JSON.stringify(fittingData(data)).replaceAll('<', '\\u003c')
  return page.slice(0, at) + json + page.slice(at + dataPlace.length)
}
