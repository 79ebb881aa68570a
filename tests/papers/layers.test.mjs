// The modules of the core build on each other in one direction: none depends on itself, however far around.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { ROOT } from '../browser/package.mjs'

const CORE = path.join(ROOT, 'src', 'core')

/** What a list of `use` has at its top level: `a::{b, c}, d` is `a::{b, c}` and `d`. */
function parts(list) {
  const found = []
  let depth = 0
  let part = ''
  for (const letter of `${list},`) {
    depth += (letter === '{') - (letter === '}')
    if (letter === ',' && depth === 0) {
      found.push(part.trim())
      part = ''
    } else {
      part += letter
    }
  }
  return found.filter((part) => part !== '')
}

/** The modules of the core that a path names, from a file that lies so many levels below `core`. */
function named(given, levels) {
  const inner = /^\{([\s\S]*)\}$/.exec(given)
  if (inner) return parts(inner[1]).flatMap((part) => named(part, levels))
  const above = /^super::([\s\S]*)$/.exec(given)
  if (above) return named(above[1], levels - 1)
  return levels <= 0 ? [/^\w*/.exec(given)[0]] : []
}

/** What a source uses of other modules of the core, its tests apart. */
function uses(source, levels) {
  const [code] = source.replace(/\/\/.*/g, '').split(/#\[cfg\(test\)\]\s*(?:pub(?:\(\w+\))? )?mod tests \{/)
  const own = [...code.matchAll(/\buse (super::[^;]*);/g)].flatMap(([, given]) => named(given, levels))
  const whole = [...code.matchAll(/\bcrate::core::(\w+)/g)].map(([, name]) => name)
  return [...own, ...whole]
}

/** Which modules each module uses. A folder is one module. */
function graph() {
  const modules = new Map()
  for (const entry of readdirSync(CORE, { recursive: true, withFileTypes: true })) {
    const file = path.relative(CORE, path.join(entry.parentPath, entry.name))
    if (!entry.isFile() || !file.endsWith('.rs') || file.includes('tests') || file === 'mod.rs' || file === 'shapes.rs')
      continue
    const [module, ...inner] = file.replace(/\.rs$/, '').split(path.sep)
    const levels = inner.length === 0 || inner.at(-1) === 'mod' ? 1 : 2
    const used = uses(readFileSync(path.join(CORE, file), 'utf8'), levels)
    modules.set(module, [...(modules.get(module) ?? []), ...used.filter((name) => name !== module)])
  }
  return modules
}

/** A way from a module back to itself. */
function circle(modules) {
  const done = new Set()
  const walk = (module, way) => {
    if (way.includes(module)) return [...way.slice(way.indexOf(module)), module]
    if (done.has(module)) return undefined
    for (const used of modules.get(module) ?? []) {
      const found = walk(used, [...way, module])
      if (found) return found
    }
    done.add(module)
    return undefined
  }
  for (const module of modules.keys()) {
    const found = walk(module, [])
    if (found) return found.join(' → ')
  }
  return undefined
}

describe('the modules of the core', () => {
  test('depend on each other in no circle', () => {
    const modules = graph()
    assert.ok(modules.size > 40, `${modules.size} modules were found`)
    assert.ok(modules.get('purchase').includes('journal') && modules.get('journal').includes('terms'))
    assert.equal(circle(modules), undefined)
  })

  test('would be seen to depend on each other in a circle', () => {
    const source = 'use super::{\n    json::{self, Json}, // of all\n    super::terms::Offer,\n};\nuse std::rc::Rc;'
    assert.deepEqual(uses(source, 1), ['json', 'terms'])
    assert.deepEqual(uses('use super::{super::{error::Error, text}, life::Life};', 2), ['error', 'text'])
    assert.equal(
      circle(
        new Map([
          ['a', ['b']],
          ['b', ['c', 'd']],
          ['c', []],
          ['d', ['a']],
        ]),
      ),
      'a → b → d → a',
    )
  })
})
