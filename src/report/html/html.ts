import { deflateRawSync } from 'node:zlib'
import { fittingData } from './fit.ts'
import type { PageData } from './page-data.ts'

/** Where a page without data has its place for it: scripts/page.mjs makes such pages. */
export const dataPlace = '{{data}}'

/**
 * The page with its data, as one HTML file that needs nothing else. The data is JSON, deflated, in base64, in which no text can end the element
 * that it is in. Throws when `page` has no place for data.
 */
export function lineageHtml(page: string, data: PageData): string {
  const at = page.indexOf(dataPlace)
  if (at < 0) throw new Error('the page has no place for its data')
  const packed = deflateRawSync(JSON.stringify(fittingData(data)), { level: 9 }).toString('base64')
  return page.slice(0, at) + packed + page.slice(at + dataPlace.length)
}
