import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { MODULES } from './app.mjs'

const ARCH = process.arch === 'arm64' ? 'aarch64' : process.arch
/** Bun's binary itself: an install with scripts moves it into the package `bun`. */
export const BUN = [
  path.join(MODULES, 'bun', 'bin', 'bun.exe'),
  path.join(MODULES, '@oven', `bun-${process.platform}-${ARCH}`, 'bin', 'bun'),
].find((file) => existsSync(file) && statSync(file).size > 1_000_000)
