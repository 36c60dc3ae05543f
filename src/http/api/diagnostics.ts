import type { ServedRoute } from './route.ts'

export interface DiagnosticsHouse {
  /** The state of the product without secrets; `at` is ISO 8601. */
  diagnostics(): Readonly<Record<string, unknown>> & { readonly at: string }
  /** The options as they hold since the start, by section; of secrets only whether they are set. */
  settings(): Readonly<Record<string, unknown>>
}

export function diagnosticsRoutes(house: DiagnosticsHouse): ServedRoute[] {
  return [
    {
      method: 'get',
      path: '/settings',
      summary:
        'The options as they hold since the start, without secrets. They are changed in the options file or in Home Assistant, and read at the next start.',
      needs: 'admin',
      serve(ctx) {
        ctx.set('Cache-Control', 'no-store')
        ctx.body = { settings: house.settings() }
      },
    },
    {
      method: 'get',
      path: '/diagnostics',
      summary:
        'One file to attach to a report: what runs, what is wrong and what happened last, without secrets.',
      needs: 'admin',
      serve(ctx) {
        const diagnostics = house.diagnostics()
        const minute = diagnostics.at.slice(0, 16).replace(':', '-')
        ctx.set({
          'Cache-Control': 'no-store',
          'Content-Disposition': `attachment; filename="yoto-smart-stream-${minute}.json"`,
        })
        ctx.type = 'json'
        ctx.body = `${JSON.stringify(diagnostics, null, 2)}\n`
      },
    },
  ]
}
