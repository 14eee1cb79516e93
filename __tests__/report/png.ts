import { crc32, deflateSync } from 'node:zlib'
import type { Page } from 'playwright-core'

interface Indexed {
  readonly width: number
  readonly height: number
  /** RGB triples, at most 256 of them. */
  readonly palette: readonly number[]
  /** One byte a pixel, as base64. */
  readonly pixels: string
}

/** A picture with the 256 colours that are most frequent in it: a third of the size, and of a page of text nobody sees the difference. */
export async function withFewColors(page: Page, png: Buffer): Promise<Buffer> {
  const indexed = await page.evaluate<Indexed>(`(${indexedIn})(${JSON.stringify(png.toString('base64'))})`)
  const { width, height, palette } = indexed
  const pixels = Buffer.from(indexed.pixels, 'base64')
  const rows = Array.from({ length: height }, (_, y) =>
    Buffer.concat([Buffer.of(0), pixels.subarray(y * width, (y + 1) * width)]),
  )
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  // 8 bits a pixel, of a palette: https://www.w3.org/TR/png-3/#11IHDR
  header.set([8, 3, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette)),
    chunk('IDAT', deflateSync(Buffer.concat(rows), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const ends = Buffer.alloc(8)
  ends.writeUInt32BE(data.length, 0)
  ends.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)])
}

/** Runs in the page, whose canvas decodes the picture. */
const indexedIn = `async (base64) => {
  const image = await createImageBitmap(await (await fetch('data:image/png;base64,' + base64)).blob())
  const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d')
  canvas.drawImage(image, 0, 0)
  const { data } = canvas.getImageData(0, 0, image.width, image.height)
  const colors = new Map()
  for (let at = 0; at < data.length; at += 4) {
    const color = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2]
    colors.set(color, (colors.get(color) ?? 0) + 1)
  }
  const kept = [...colors].sort((a, b) => b[1] - a[1]).slice(0, 256).map(([color]) => color)
  const parts = (color) => [color >> 16, (color >> 8) & 255, color & 255]
  const palette = kept.map(parts)
  const nearest = new Map()
  for (const color of colors.keys()) {
    const [r, g, b] = parts(color)
    let best = 0
    let least = Infinity
    palette.forEach(([x, y, z], index) => {
      const far = (r - x) ** 2 + (g - y) ** 2 + (b - z) ** 2
      if (far < least) [best, least] = [index, far]
    })
    nearest.set(color, best)
  }
  let pixels = ''
  for (let at = 0; at < data.length; at += 4) {
    pixels += String.fromCharCode(nearest.get((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]))
  }
  return { width: image.width, height: image.height, palette: palette.flat(), pixels: btoa(pixels) }
}`
