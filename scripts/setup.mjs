/**
 * Puts on the machine what the other scripts need, and says what to do where it cannot.
 * Imports nothing but Node's own modules: it runs before `node_modules` exists.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import path from 'node:path'

export const root = fileURLToPath(new URL('..', import.meta.url))
export const CHROMIUM = '/usr/bin/chromium'
/** The same Chromium without the windows around its pages. */
export const CHROMIUM_SHELL = '/usr/bin/chromium-headless-shell'
const NODE = [20, 19]
/** Where tools are installed that only this project uses. */
const TOOLS = path.join(root, 'target', 'tools')
const WASM = 'wasm32-unknown-unknown'

/** A missing or failing tool: the message is meant for a person, a stack would only hide it. */
export class SetupError extends Error {}

/** @param {{ npm?: boolean, rust?: boolean, chromium?: boolean }} needs */
export async function setup({ npm = false, rust = false, chromium = false }) {
  checkNode()
  if (npm) installPackages()
  if (rust) installRust()
  if (chromium) installChromium()
}

/** Runs `main` and turns a failure into one clear line and exit code 1. */
export async function runScript(main) {
  try {
    await main()
  } catch (error) {
    console.error(error instanceof SetupError ? `\n${error.message}` : error)
    process.exitCode = 1
  }
}

/** Runs a command with its output on stderr, so that stdout stays the script's own; or gives its stdout back. */
export function run(command, args, { cwd = root, env = process.env, hint = '', capture = false } = {}) {
  const { status, error, stdout } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: Infinity,
    stdio: ['ignore', capture ? 'pipe' : 2, 2],
  })
  if (error || status !== 0) {
    const why = error ? error.message : `exit code ${status}`
    throw new SetupError(`\`${[command, ...args].join(' ')}\` failed (${why}).${hint && ` ${hint}`}`)
  }
  return stdout
}

function output(command, args) {
  const { status, stdout, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8' })
  return error || status !== 0 ? null : stdout
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < NODE[0] || (major === NODE[0] && minor < NODE[1])) {
    throw new SetupError(
      `Node ${NODE.join('.')} or newer is needed, this is ${process.versions.node}. See https://nodejs.org.`,
    )
  }
}

/** Installs the packages of a folder's lock file, unless they are there. */
export function installPackages(folder = root) {
  const stamp = path.join(folder, 'node_modules', '.lock-sha256')
  const lock = createHash('sha256')
    .update(readFileSync(path.join(folder, 'package-lock.json')))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  console.error('Installing npm packages …')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    hint: 'Is the npm registry reachable?',
  })
  writeFileSync(stamp, lock)
}

function installRust() {
  const channel = /channel = "(.+)"/.exec(readFileSync(path.join(root, 'rust-toolchain.toml'), 'utf8'))[1]
  if (output('rustup', ['--version']) === null) {
    throw new SetupError('rustup is missing. Install Rust from https://rustup.rs, open a new shell and run this again.')
  }
  const manual = (command) => `Run \`${command}\` yourself once the network allows it.`
  if (!output('rustup', ['toolchain', 'list'])?.includes(`${channel}-`)) {
    const args = [
      'toolchain',
      'install',
      channel,
      '--profile',
      'minimal',
      '--component',
      'clippy',
      '--component',
      'rustfmt',
    ]
    run('rustup', args, { hint: manual(`rustup ${args.join(' ')}`) })
  }
  const targets = output('rustup', ['target', 'list', '--installed', '--toolchain', channel])
  if (!targets?.split('\n').includes(WASM)) {
    const args = ['target', 'add', WASM, '--toolchain', channel]
    run('rustup', args, { hint: manual(`rustup ${args.join(' ')}`) })
  }
}

function installChromium() {
  const files = [CHROMIUM, CHROMIUM_SHELL]
  const hint = `The browser tests drive Debian's Chromium: install its packages so that ${files.join(' and ')} exist.`
  // Both, so that both are of one version.
  if (!files.every((file) => existsSync(file)))
    installDebian(
      files.map((file) => path.basename(file)),
      hint,
    )
}

/**
 * The path of a tool of cargo's, of exactly that version. Where it is missing it is built, which takes some minutes.
 */
export function installTool(name, version) {
  const installed = output('cargo', ['install', '--list', '--root', TOOLS])
  if (!installed?.split('\n').includes(`${name} v${version}:`)) {
    const hint = 'Is the registry of crates reachable?'
    run('cargo', ['install', name, '--version', version, '--locked', '--root', TOOLS], { hint })
  }
  return path.join(TOOLS, 'bin', name)
}

/** Installs Debian's packages of those names. */
export function installDebian(packages, hint) {
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  const apt = (...args) => {
    const [command, ...rest] = [...sudo, 'apt-get', ...args]
    run(command, rest, { hint })
  }
  console.error(`Installing ${packages.join(', ')} …`)
  apt('update', '-qq')
  apt('install', '-y', '-qq', '--no-install-recommends', ...packages)
}
