import type { PageData } from '../report/html/page-data.ts'
import { App } from './app.ts'
import { byId } from './dom.ts'

/** The text that stands in an element, deflated and in base64. */
async function unpacked(id: string): Promise<string> {
  const binary = atob(byId(id, HTMLScriptElement).textContent ?? '')
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0))
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  return new Response(stream).text()
}

async function main(): Promise<void> {
  const [json, layout] = await Promise.all([unpacked('data'), unpacked('layout')])
  const data: PageData = JSON.parse(json)
  new App(data, layout).start()
}

void main()
