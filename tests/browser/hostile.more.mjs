// A page, or a browser, whose own objects throw in every other way.
import { describe } from 'node:test'
import { testOthers } from './hostile.mjs'
import { useWorlds } from './world.mjs'

const open = useWorlds()

describe('paid, and the video comes, with', { timeout: 300_000 }, () => testOthers(open))
