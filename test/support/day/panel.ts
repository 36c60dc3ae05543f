import { isJsonObject, type JsonObject } from '../../../src/core/json.ts'

export interface PanelAnswer {
  readonly status: number
  readonly body: JsonObject
  /** The code of the error; null where there is none. */
  readonly error: string | null
}

/** The REST interface of the panel door. */
export interface Panel {
  get(path: string): Promise<PanelAnswer>
  post(path: string, body?: JsonObject): Promise<PanelAnswer>
  put(path: string, body: JsonObject): Promise<PanelAnswer>
}

export function panelAt(panelUrl: string): Panel {
  const call = async (method: string, path: string, body?: JsonObject): Promise<PanelAnswer> => {
    const answer = await fetch(`${panelUrl}/api${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const json: unknown = await answer.json()
    const parsed = isJsonObject(json) ? json : {}
    const code = isJsonObject(parsed.error) ? parsed.error.code : null
    return { status: answer.status, body: parsed, error: typeof code === 'string' ? code : null }
  }
  return {
    get: (path) => call('GET', path),
    post: (path, body = {}) => call('POST', path, body),
    put: (path, body) => call('PUT', path, body),
  }
}
