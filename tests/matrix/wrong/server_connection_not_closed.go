// Leaves the connection to the end of the program.
// exercise: hello_server
// breaks: descriptor.closed-once
package main

import (
	"io"
	"log"
	"net"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatalf("Usage: %s <port>", os.Args[0])
	}
	listener, err := net.Listen("tcp", ":"+os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	client, err := listener.Accept()
	if err != nil {
		log.Fatal(err)
	}
	if _, err := io.WriteString(client, "Hello World!"); err != nil {
		log.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		log.Fatal(err)
	}
}
