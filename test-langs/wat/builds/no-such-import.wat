;; error: 4:3: unknown import "env" "f": a program has only what "spectest" offers
;; error: 5:3: unknown import "spectest" "printf": a program has only what "spectest" offers
(module
  (import "env" "f" (func))
  (import "spectest" "printf" (func))
  (func (export "_start")))
