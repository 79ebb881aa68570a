import { Page } from './page'
import { findMode } from './mode/mode'
import { showHeader } from './ui/header'
import { startTheme } from './ui/theme'

startTheme()
const mode = await findMode()
// Otherwise what follows would be one task with the evaluation of the mode's module.
await new Promise((resolve) => setTimeout(resolve))
showHeader(mode)
new Page(mode).open()
