// Compiles js-yaml without the spread of objects, so that it is as fast on Node 20 as on Node 24.
import { readFile } from 'node:fs/promises'
import { transform } from 'esbuild'

/**
 * For esbuild: on Node 20 each `{ ...defaults, more }` gets a shape (a hidden class) of its own. js-yaml keeps its state in
 * one such object a text, and all code that reads it is four times as slow for it.
 */
export const withoutSpread = {
  name: 'without-spread',
  setup({ onLoad, onEnd }) {
    let isDone = false
    onLoad({ filter: /[\\/]js-yaml[\\/]dist[\\/]js-yaml\.mjs$/ }, async ({ path }) => {
      isDone = true
      const { code } = await transform(await readFile(path, 'utf8'), { supported: { 'object-rest-spread': false } })
      return { contents: code, loader: 'js' }
    })
    onEnd(() => (isDone ? {} : { errors: [{ text: 'js-yaml is in another file now: see scripts/spread.mjs' }] }))
  },
}
