; A marker is declared, not defined.
; RUN: not opt -load-pass-plugin=%pass -passes=debugify,weft-verify -disable-output %s 2>&1 | FileCheck %s
; CHECK: error: {{.*}}marker-with-body.ll:1:0: 'weft.suspend.mine' is defined here: names that begin with weft. are markers
define void @weft.suspend.mine(ptr %tag) {
  ret void
}
