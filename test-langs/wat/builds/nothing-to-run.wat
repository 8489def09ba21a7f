;; error: nothing to run: a program exports the function "_start" or "main", or has a start function
(module (func (export "other")))
