// What compiles with the built declarations, and what does not.
import { test } from 'node:test'
import { runTool } from './tool.mjs'

const TSC = 'node_modules/typescript-7/bin/tsc'

test('the page compiles', () => runTool(TSC, '-p', 'www'))

test('what must compile does, what must not does not, and the declarations are the contract', () =>
  runTool(TSC, '-p', 'tests/types'))
