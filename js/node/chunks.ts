/** What the command line loads on demand: files of their own beside it in `dist/`. */

export const loadMcp = () => import('./mcp.js')
