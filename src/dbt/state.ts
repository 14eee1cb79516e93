import type { Gathered } from './gathered.ts'
import type { Project, ProjectInput } from './project.ts'
import type { Session } from './session.ts'

/** What is needed to compile a parsed project's nodes, and to parse another one beside it. */
export interface ProjectState {
  readonly input: ProjectInput
  readonly session: Session
  readonly gathered: Gathered
  /** How many findings there were before any resource was read. */
  readonly prelude: number
}

const states = new WeakMap<Project, ProjectState>()

export function remember(project: Project, state: ProjectState): void {
  states.set(project, state)
}

/** The state behind a project. Throws when it does not come from `parseProject`. */
export function stateOf(project: Project): ProjectState {
  const state = states.get(project)
  if (!state) throw new Error('this project was not made by parseProject, so its nodes cannot be compiled')
  return state
}
