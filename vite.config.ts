import { defineConfig, type Plugin } from 'vite'

/**
 * The program as few files: each module of its own costs Node some 35 kB, 40 MB of what the running product took. Packages
 * stay where npm puts them, but for typebox, which is 373 modules. Threads start from scripts of their own, which are found
 * beside the program.
 */
export default defineConfig({
  publicDir: false,
  ssr: { noExternal: ['typebox'] },
  plugins: [oneByteEach()],
  build: {
    ssr: true,
    target: 'node20',
    outDir: 'dist',
    emptyOutDir: true,
    minify: false,
    reportCompressedSize: false,
    rolldownOptions: {
      input: [
        'src/main.ts',
        'src/wiring/rule-thread-script.ts',
        'src/wiring/dry-running.ts',
        'src/wiring/formatting.ts',
        'src/audio/pieces/reading.ts',
      ],
      output: { entryFileNames: '[name].js', chunkFileNames: '[name].js', comments: false },
    },
  },
})

/** V8 keeps the whole source, with two bytes for each character where a single one does not fit into one: 3 MB more. */
function oneByteEach(): Plugin {
  return {
    name: 'one-byte-each',
    generateBundle(_options, files) {
      for (const file of Object.values(files))
        if (file.type === 'chunk') file.code = file.code.replace(/[^\0-\x7f]/g, escaped)
    },
  }
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
