import { defineConfig } from 'vite'

/**
 * The program as few files: each module of its own costs Node some 35 kB, 40 MB of what the running product took. Packages
 * stay where npm puts them. Threads start from scripts of their own, which are found beside the program.
 */
export default defineConfig({
  publicDir: false,
  ssr: { noExternal: ['typebox'] },
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
