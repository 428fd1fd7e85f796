"""What torch has no kernel for that is near what a CPU can do: functions in LLVM's intermediate language."""
