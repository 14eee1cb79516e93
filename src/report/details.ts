/** A folded part. `summary` is safe HTML, in which Markdown is not read; `content` is Markdown. */
export function details(summary: string, content: string): string {
  return `<details><summary>${summary}</summary>\n\n${content}\n\n</details>`
}
