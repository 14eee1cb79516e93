import { randomUUID } from 'node:crypto'

export interface ServicePrincipal {
  readonly clientId: string
  readonly clientSecret: string
}

export interface JsonAnswer {
  readonly status: number
  readonly body: unknown
}

/** A machine-to-machine token. Nothing checks its signature, but the driver reads its `exp`. */
export function accessToken(principal: ServicePrincipal, issuer: string): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const expires = Math.floor(Date.now() / 1000) + 24 * 60 * 60
  const claims = { sub: principal.clientId, iss: issuer, scope: 'all-apis', exp: expires }
  return [part({ alg: 'none', typ: 'JWT' }), part(claims), randomUUID()].join('.')
}

/** Answers a workspace's OAuth endpoints: https://docs.databricks.com/en/dev-tools/auth/oauth-m2m.html; undefined for another path. */
export function answerOauth(
  path: string,
  request: { readonly host: string; readonly authorization: string; readonly body: string },
  principal: ServicePrincipal,
  token: string,
): JsonAnswer | undefined {
  const base = `https://${request.host}/oidc`
  switch (path) {
    case '/.well-known/databricks-config':
      return ok({ oidc_endpoint: base, host_type: 'workspace', workspace_id: '1', cloud: 'AWS' })
    case '/oidc/.well-known/oauth-authorization-server':
    case '/oidc/.well-known/openid-configuration':
      return ok({
        issuer: base,
        authorization_endpoint: `${base}/v1/authorize`,
        token_endpoint: `${base}/v1/token`,
        jwks_uri: `${base}/jwks.json`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      })
    case '/oidc/v1/token':
      if (isPrincipal(request, principal)) {
        return ok({ access_token: token, token_type: 'Bearer', expires_in: 3600, scope: 'all-apis' })
      }
      return { status: 401, body: { error: 'invalid_client', error_description: 'Client authentication failed' } }
    default:
      return undefined
  }
}

const ok = (body: unknown): JsonAnswer => ({ status: 200, body })

function isPrincipal(request: { authorization: string; body: string }, principal: ServicePrincipal): boolean {
  const form = new URLSearchParams(request.body)
  const basic = Buffer.from(request.authorization.replace(/^Basic /, ''), 'base64').toString()
  const expected = `${principal.clientId}:${principal.clientSecret}`
  const given = [basic, `${form.get('client_id')}:${form.get('client_secret')}`]
  return form.get('grant_type') === 'client_credentials' && given.includes(expected)
}
