// Reads with deadlines of 20 milliseconds, and sets a new one when one is over.
// exercise: hello_client
package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"
)

func printAll(connection net.Conn) error {
	buffer := make([]byte, 512)
	for {
		connection.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		count, problem := connection.Read(buffer)
		if _, failed := os.Stdout.Write(buffer[:count]); failed != nil {
			return failed
		}
		if problem == io.EOF {
			return nil
		}
		if problem != nil && !errors.Is(problem, os.ErrDeadlineExceeded) {
			return problem
		}
	}
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: client_deadlines <ip> <port>")
		os.Exit(1)
	}
	connection, problem := net.Dial("tcp", net.JoinHostPort(os.Args[1], os.Args[2]))
	if problem == nil {
		problem = printAll(connection)
		connection.Close()
	}
	if problem != nil {
		fmt.Fprintln(os.Stderr, problem)
		os.Exit(1)
	}
}
