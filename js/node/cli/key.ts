/** The key that pays: from the environment or an encrypted file, and nowhere else. It is never printed or written. */
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { decrypt, type Keystore, toKeyAsync } from 'ox/Keystore'
import { type LocalAccount, privateKeyToAccount } from 'viem/accounts'
import { type Options, UsageError } from './usage.js'

/** The account that pays. Returns `undefined` if no key was given. */
export async function accountOf(options: Options): Promise<LocalAccount | undefined> {
  const { IMAGINE_PRIVATE_KEY: key } = process.env
  if (options.keystore !== undefined) return accountOfKey(await keyInFile(options.keystore, options['password-file']))
  return key ? accountOfKey(key) : undefined
}

function accountOfKey(key: string): LocalAccount {
  const digits = key.trim().replace(/^0x/, '')
  // Not the error of viem, which may quote the key.
  if (!/^[0-9a-f]{64}$/i.test(digits)) throw new UsageError('the key is not 64 hex digits')
  try {
    return privateKeyToAccount(`0x${digits}`)
  } catch {
    throw new UsageError('the key is not a key of secp256k1')
  }
}

async function keyInFile(file: string, passwordFile: string | undefined): Promise<string> {
  const text = await readFile(file, 'utf8').catch(({ message }) => Promise.reject(new UsageError(message)))
  const password =
    passwordFile === undefined ? await askHidden(`Password of ${file}: `) : await readPassword(passwordFile)
  try {
    const keystore = JSON.parse(text) as Keystore
    return decrypt(keystore, await toKeyAsync(keystore, { password }))
  } catch {
    throw new UsageError(`${file} is not a keystore, or the password is another one`)
  }
}

async function readPassword(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(({ message }) => Promise.reject(new UsageError(message)))
  return text.replace(/\r?\n$/, '')
}

/** Asks on the terminal, which does not show what is typed. */
async function askHidden(question: string): Promise<string> {
  if (!process.stdin.isTTY) throw new UsageError('there is no terminal to ask for the password: pass --password-file')
  process.stderr.write(question)
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: process.stdin, output: hidden, terminal: true })
  try {
    return await terminal.question('')
  } finally {
    terminal.close()
    process.stderr.write('\n')
  }
}
