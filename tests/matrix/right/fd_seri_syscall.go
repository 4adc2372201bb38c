// Makes the calls of the package syscall.
// exercise: fd_seri
package main

import (
	"fmt"
	"os"
	"syscall"
)

func check(descriptor int, err error) int {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return descriptor
}

func main() {
	descriptors := []int{
		check(syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)),
		check(syscall.Open("test.dat", syscall.O_CREAT|syscall.O_WRONLY|syscall.O_TRUNC, 0o644)),
		check(syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)),
	}
	for i, descriptor := range descriptors {
		fmt.Printf("file descriptor %d: %d\n", i+1, descriptor)
	}
	for _, descriptor := range descriptors {
		check(0, syscall.Close(descriptor))
	}
}
