;; err: unhandled tag $nobody
;; exit: 1
(module (tag $nobody) (func (export "_start") (suspend $nobody)))
