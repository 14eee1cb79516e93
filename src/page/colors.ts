/** The page's custom properties that the graph is drawn with, as colours that a canvas knows. */
export const colorNames = [
  'text',
  'muted',
  'surface',
  'canvas',
  'line',
  'edge',
  'accent',
  'accent-strong',
  'new',
  'modified',
  'removed',
  'affected',
  'on-state',
  'affected-soft',
  'personal',
  'error',
  'warning',
  'class-unknown',
  'class-rows',
  'class-column',
  'class-config',
  'class-additive',
  'class-governance',
  'class-none',
] as const

export type Colors = Readonly<Record<(typeof colorNames)[number], string>>

/** The colours of the mode that the page is in. */
export function currentColors(): Colors {
  const probe = document.createElement('span')
  document.body.append(probe)
  const color = (name: string) => {
    probe.style.color = `var(--${name})`
    return getComputedStyle(probe).color
  }
  const colors = Object.fromEntries(colorNames.map((name) => [name, color(name)])) as Colors
  probe.remove()
  return colors
}
