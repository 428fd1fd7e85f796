"""JIT-compiled CPU kernels (LLVM IR) where torch has none near hardware speed."""
