// Asks the sockets of net and the file of os for their descriptors.
// exercise: fd_seri
package main

import (
	"fmt"
	"net"
	"os"
	"syscall"
)

func check[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func show(place int, from syscall.Conn) {
	raw := check(from.SyscallConn())
	err := raw.Control(func(descriptor uintptr) { fmt.Printf("file descriptor %d: %d\n", place, descriptor) })
	check(0, err)
}

func main() {
	first := check(net.Listen("tcp4", "127.0.0.1:0")).(*net.TCPListener)
	defer first.Close()
	second := check(os.OpenFile("test.dat", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644))
	defer second.Close()
	third := check(net.ListenPacket("udp4", "127.0.0.1:0")).(*net.UDPConn)
	defer third.Close()
	show(1, first)
	show(2, second)
	show(3, third)
}
