;; err: unhandled suspension: unhandled tag
;; exit: 1
(module (tag $nobody) (func (export "_start") (suspend $nobody)))
