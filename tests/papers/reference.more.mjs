// The API reference, which is not made while something public has no doc comment.
import { test } from 'node:test'
import { runTool } from '../types/tool.mjs'

test('everything public is documented', () => runTool('node_modules/typedoc/bin/typedoc'))
