;; error: 2:15: "_start" must have no parameters and no results
(module (func (export "_start") (param i32)))
