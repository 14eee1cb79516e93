const KEY = 'dbt-regions-theme'

/** The switch between light and dark: as the system is, until somebody chooses. */
export function themeSwitch(button: HTMLButtonElement, changed: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)')
  const { dataset } = document.documentElement
  const kept = stored()
  if (kept !== null) dataset.theme = kept
  const isDark = () => (dataset.theme === undefined ? system.matches : dataset.theme === 'dark')
  const say = () => {
    button.textContent = isDark() ? '☀' : '☾'
    button.setAttribute('aria-label', isDark() ? 'Switch to light' : 'Switch to dark')
    changed()
  }
  const toggle = () => {
    dataset.theme = isDark() ? 'light' : 'dark'
    try {
      localStorage.setItem(KEY, dataset.theme)
    } catch {
      // A file may not keep anything: the switch then lasts as long as the page.
    }
    say()
  }
  button.addEventListener('click', toggle)
  system.addEventListener('change', say)
  say()
  return toggle
}

function stored(): 'light' | 'dark' | null {
  try {
    const value = localStorage.getItem(KEY)
    return value === 'light' || value === 'dark' ? value : null
  } catch {
    return null
  }
}
