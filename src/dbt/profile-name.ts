import { isObject, textOr } from './data.ts'
import { ProfileFields } from './profile-fields.ts'
import { readYaml, YamlError } from './yaml.ts'

/** The profile that a dbt_project.yml asks for, which is called like the project where it names none; null when it cannot be read. */
export function profileName(text: string, env: ReadonlyMap<string, string>): string | null {
  try {
    const { data } = readYaml(text)
    if (!isObject(data)) return null
    return new ProfileFields(data, '', env).text('profile') || textOr(data.name, '') || null
  } catch (error) {
    if (error instanceof YamlError) return null
    throw error
  }
}
