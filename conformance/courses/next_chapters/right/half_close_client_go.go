// Go, with io.Copy.
// exercise: half_close_client

package main

import (
	"fmt"
	"io"
	"net"
	"os"
)

func receive(address, path string) error {
	connection, problem := net.Dial("tcp", address)
	if problem != nil {
		return problem
	}
	defer connection.Close()
	file, problem := os.Create(path)
	if problem != nil {
		return problem
	}
	if _, problem := io.Copy(file, connection); problem != nil {
		file.Close()
		return problem
	}
	if problem := file.Close(); problem != nil {
		return problem
	}
	_, problem = connection.Write([]byte("Thank you"))
	return problem
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: half_close_client <ip> <port> <path>")
		os.Exit(1)
	}
	if problem := receive(net.JoinHostPort(os.Args[1], os.Args[2]), os.Args[3]); problem != nil {
		fmt.Fprintln(os.Stderr, problem)
		os.Exit(1)
	}
}
