;; error: 2:15: "main" takes a reference, which no command line can give
(module (func (export "main") (param funcref)))
