// Copies the connection to the file with io.Copy, and looks at the result of Close.
// exercise: file_client
package main

import (
	"fmt"
	"io"
	"net"
	"os"
)

func receive(address, path string) error {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer connection.Close()
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err := io.Copy(file, connection); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintf(os.Stderr, "usage: %s <ip> <port> <path>\n", os.Args[0])
		os.Exit(2)
	}
	if err := receive(net.JoinHostPort(os.Args[1], os.Args[2]), os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
