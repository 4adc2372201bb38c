// Closes the file when it returns, and looks at nothing then.
// exercise: file_client
// breaks: file.close-checked
package main

import (
	"io"
	"log"
	"net"
	"os"
)

func main() {
	if len(os.Args) != 4 {
		log.Fatalf("Usage: %s <ip> <port> <path>", os.Args[0])
	}
	server, err := net.Dial("tcp", net.JoinHostPort(os.Args[1], os.Args[2]))
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()

	file, err := os.Create(os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	if _, err := io.Copy(file, server); err != nil {
		log.Fatal(err)
	}
}
