// Stands for 'string-width' in the bundles: that module makes its regular expressions when it is loaded, 19 ms that a
// run which prints nothing but ASCII need not pay.
let module_
const stringWidth = (text, options) => {
  module_ ??= require('../node_modules/string-width/index.js')
  return module_.default(text, options)
}
module.exports = stringWidth
