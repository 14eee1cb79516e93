import { HttpClient } from '@actions/http-client'
import { ConfigurationError } from '../../errors.ts'

/**
 * The Microsoft Entra tenant of an Azure workspace, which its login page leads to, as Databricks' own SDKs find it. Throws a
 * ConfigurationError where it cannot be found.
 */
export async function tenantOf(host: string): Promise<string> {
  const client = new HttpClient('dbt-regions', [], { allowRedirects: false, socketTimeout: 30_000 })
  try {
    const { message } = await client.get(`https://${host}/aad/auth`)
    const tenant = /^https:\/\/[^/]+\/(?<tenant>[\w.-]+)\//.exec(message.headers.location ?? '')?.groups?.tenant
    message.resume()
    if (tenant !== undefined) return tenant
  } catch {
    // Said below: whatever the reason, the fix is the same.
  } finally {
    client.dispose()
  }
  throw new ConfigurationError(
    `the Microsoft Entra tenant of ${host} cannot be found; set the environment variable ARM_TENANT_ID`,
  )
}
