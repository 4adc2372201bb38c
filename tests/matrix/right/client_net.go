// Copies the connection to standard output until it ends.
// exercise: hello_client
package main

import (
	"fmt"
	"io"
	"net"
	"os"
)

func run(address string) error {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer connection.Close()
	_, err = io.Copy(os.Stdout, connection)
	return err
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintf(os.Stderr, "usage: %s <ip> <port>\n", os.Args[0])
		os.Exit(2)
	}
	if err := run(net.JoinHostPort(os.Args[1], os.Args[2])); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
