"""Fuzzing of sniffing and reading: nothing but `ReadFault` may come out, in little time and little memory."""
