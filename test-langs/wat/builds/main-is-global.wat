;; error: 2:36: what a program exports as "main" must be a function
(module (global i32 (i32.const 1)) (export "main" (global 0)))
