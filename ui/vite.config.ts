import { defineConfig, type Plugin } from 'vite'
import { parse } from 'yaml'

/** Built beside the compiled program, under addresses that work behind any prefix. */
export default defineConfig({
  base: './',
  publicDir: false,
  plugins: [translations()],
  build: {
    outDir: '../dist/ui',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    // A small picture inside the script would be an address the policy of the page need not know.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
})

/** `import { panel } from '../translations/de.yaml'`: the panel's words, as a nested object of texts. */
function translations(): Plugin {
  return {
    name: 'translations',
    transform(code, id) {
      if (!id.endsWith('.yaml')) return null
      const { panel } = parse(code) as { panel: unknown }
      return { code: `export const panel = ${JSON.stringify(panel)}`, map: null }
    },
  }
}
