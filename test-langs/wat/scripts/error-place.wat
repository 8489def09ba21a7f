;; An error of the text says line and column, in bytes from one.
;; error: error-place.wat:6:15: unknown local $z
(module
  (func
    (; é
 ;) local.get $z))
