// Writes `options` and `schema` of config.yaml anew from src/options/schema.ts: npm run add-on.
import { readFileSync, writeFileSync } from 'node:fs'
import { parseDocument } from 'yaml'
import { addOnForm } from '../build/options/add-on.js'

const file = new URL('../config.yaml', import.meta.url)
const document = parseDocument(readFileSync(file, 'utf8'))
for (const [key, value] of Object.entries(addOnForm())) document.set(key, document.createNode(value))
writeFileSync(file, document.toString({ lineWidth: 0 }))
