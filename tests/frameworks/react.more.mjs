import { testComponent } from './component.mjs'

testComponent({
  name: 'react',
  language: 'jsx',
  server: `
    import { createElement } from 'react'
    import { renderToString } from 'react-dom/server'
    import { Video } from 'component'
    export default (props) => renderToString(createElement(Video, props))
  `,
})
