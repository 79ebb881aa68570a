// A visitor's clock that is an hour slow.
import { testClock } from './clock.mjs'
import { useWorlds } from './world.mjs'

testClock(useWorlds(), 'slow', -3_600_000)
