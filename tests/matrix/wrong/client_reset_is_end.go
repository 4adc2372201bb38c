// Takes every error of Read for the end of the message.
// exercise: hello_client
// breaks: robust.failed-transfer-reported
package main

import (
	"fmt"
	"log"
	"net"
	"os"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatalf("Usage: %s <ip> <port>", os.Args[0])
	}
	server, err := net.Dial("tcp", net.JoinHostPort(os.Args[1], os.Args[2]))
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()

	var message []byte
	buffer := make([]byte, 30)
	for {
		count, err := server.Read(buffer)
		message = append(message, buffer[:count]...)
		if err != nil {
			break
		}
	}
	fmt.Printf("Message from server: %s\n", message)
}
